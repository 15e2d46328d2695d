import { HttpClient } from '@angular/common/http';
import { Component, type OnDestroy, effect, inject, signal } from '@angular/core';
import { isBatonError } from 'nestjs-baton/client';
import { baton } from './baton.js';

/** A page for whoever is signed in, or the form. */
@Component({
  selector: 'app-root',
  template: `
    @switch (session().status) {
      @case ('unknown') {
        <p>One moment …</p>
      }
      @case ('signedIn') {
        <p>{{ name() ? 'Hello, ' + name() : 'One moment …' }}</p>
        <button (click)="signOut()">Sign out</button>
      }
      @default {
        <form (submit)="$event.preventDefault(); signIn(username.value, password.value)">
          <label>User name <input #username /></label>
          <label>Password <input #password type="password" /></label>
          <button>Sign in</button>
          <p role="alert">{{ problem() }}</p>
        </form>
      }
    }
  `,
})
export class AppComponent implements OnDestroy {
  readonly session = signal(baton.getState());
  readonly name = signal('');
  readonly problem = signal('');
  readonly signOut = baton.signOut;
  private readonly http = inject(HttpClient);
  private readonly stop = baton.subscribe((state) => this.session.set(state));

  constructor() {
    effect((onCleanup) => {
      this.name.set('');
      if (this.session().status !== 'signedIn') return;
      const me = this.http.get<{ username: string }>('/auth/me');
      const asking = me.subscribe(({ username }) => this.name.set(username));
      onCleanup(() => asking.unsubscribe());
    });
  }

  async signIn(username: string, password: string): Promise<void> {
    this.problem.set('');
    await baton.signIn({ username, password }).catch((error: unknown) => {
      this.problem.set(isBatonError(error) ? error.message : 'Try again');
    });
  }

  ngOnDestroy(): void {
    this.stop();
  }
}
