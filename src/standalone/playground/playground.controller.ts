import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { NotFoundError } from '../../errors.js';
import { ENVIRONMENT, type Environment, offersCookies } from '../environment/environment.js';

/** Where the page's files are: the build puts the bundled script beside the copied page and style. */
const FOLDER = join(import.meta.dirname, 'page');

/** Nothing but the page's own files and routes; no script or style that is written into the page. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The page on which one can watch tokens rotate. Off in production unless switched on. */
@ApiExcludeController()
@Controller()
export class PlaygroundController {
  constructor(@Inject(ENVIRONMENT) private readonly environment: Environment) {}

  /** The page, told what it has to know of the server. */
  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', CONTENT_SECURITY_POLICY)
  @Header('X-Content-Type-Options', 'nosniff')
  @Header('X-Frame-Options', 'DENY')
  @Header('Referrer-Policy', 'no-referrer')
  @Header('Cache-Control', 'no-cache')
  async page(): Promise<string> {
    const { AUTH_PREFIX, AUTH_REGISTRATION, sessionRules } = this.environment;
    const settings = new Map([
      ['route-prefix', AUTH_PREFIX && `/${AUTH_PREFIX}`],
      ['grace-seconds', String(sessionRules.grace)],
      ['registration', AUTH_REGISTRATION ? 'on' : 'off'],
      ['cookies', offersCookies(this.environment) ? 'on' : 'off'],
    ]);
    const html = await pageFile('index.html');
    return html.replaceAll(/%([a-z-]+)%/g, (_, name: string) => settings.get(name) ?? '');
  }

  @Get('playground/style.css')
  @Header('Content-Type', 'text/css; charset=utf-8')
  @Header('X-Content-Type-Options', 'nosniff')
  @Header('Cache-Control', 'no-cache')
  style(): Promise<string> {
    return pageFile('style.css');
  }

  @Get('playground/main.js')
  @Header('Content-Type', 'text/javascript; charset=utf-8')
  @Header('X-Content-Type-Options', 'nosniff')
  @Header('Cache-Control', 'no-cache')
  script(): Promise<string> {
    return pageFile('main.js');
  }
}

async function pageFile(name: string): Promise<string> {
  try {
    return await readFile(join(FOLDER, name), 'utf8');
  } catch {
    throw new NotFoundError('The playground has not been built');
  }
}
