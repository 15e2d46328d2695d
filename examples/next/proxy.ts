import { type NextRequest, NextResponse } from 'next/server';
import { COOKIE, visitorOf } from './session';

/**
 * Renews the session before anything is rendered, for a page can set no cookie; and hands the access token on to it.
 * Before Next.js 16 this file is `middleware.ts`, with `export const config = { runtime: 'nodejs' }`.
 *
 * First stored, then used: a new cookie goes to the browser with nothing but a redirect, and only when the browser comes
 * back with it is the token used. Should that answer get lost, the old cookie is still good.
 */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const visitor = visitorOf(request.cookies.get(COOKIE)?.value);
  const headers = new Headers(request.headers);
  // It says who a visitor is, so it is no visitor's to say.
  headers.delete('authorization');
  try {
    const token = await visitor.baton.getAccessToken();
    const redirect = NextResponse.redirect(request.nextUrl, 307);
    if (visitor.keep(redirect)) return redirect;
    if (token !== null) headers.set('authorization', `Bearer ${token}`);
    return NextResponse.next({ request: { headers } });
  } catch {
    return new NextResponse('Try again later', { status: 503 });
  } finally {
    await visitor.baton.dispose();
  }
}

/** What is rendered for somebody, and nothing else: not the routes that sign in and out, which set the cookie themselves. */
export const config = { matcher: ['/((?!_next/|sign-in|sign-out|favicon.ico).*)'] };
