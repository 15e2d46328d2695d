import { type NextRequest, NextResponse } from 'next/server';
import { isBatonError } from 'nestjs-baton-client';
import { COOKIE, visitorOf } from '../../session';

export async function POST(request: NextRequest): Promise<NextResponse> {
  const form = await request.formData();
  const textOf = (name: string) => String(form.get(name) ?? '');
  const visitor = visitorOf(request.cookies.get(COOKIE)?.value);
  try {
    await visitor.baton.signIn({ username: textOf('username'), password: textOf('password') });
  } catch (error) {
    const message = isBatonError(error) ? error.message : 'Try again later';
    return new NextResponse(message, { status: 401 });
  } finally {
    await visitor.baton.dispose();
  }
  const home = new NextResponse(null, { status: 303, headers: { location: '/' } });
  visitor.keep(home);
  return home;
}
