import {
  type HttpInterceptorFn,
  provideHttpClient,
  withFetch,
  withInterceptors,
} from '@angular/common/http';
import { type ApplicationConfig, provideZonelessChangeDetection } from '@angular/core';
import type { Baton } from 'nestjs-baton/client';
import { authorizingInterceptor } from 'nestjs-baton/client/angular';

/** What `bootstrapApplication` is given. */
export function appConfigOf(baton: Baton): ApplicationConfig {
  const interceptor: HttpInterceptorFn = authorizingInterceptor(baton);
  return {
    providers: [
      provideZonelessChangeDetection(),
      provideHttpClient(withFetch(), withInterceptors([interceptor])),
    ],
  };
}
