// An application that Angular's command line builds has no need of it.
// oxlint-disable-next-line import/no-unassigned-import
import '@angular/compiler';
import { bootstrapApplication } from '@angular/platform-browser';
import { AppComponent } from './app.component.js';
import { appConfigOf } from './app.config.js';
import { baton } from './baton.js';

await bootstrapApplication(AppComponent, appConfigOf(baton));
