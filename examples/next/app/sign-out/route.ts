import { type NextRequest, NextResponse } from 'next/server';
import { COOKIE, visitorOf } from '../../session';

export async function POST(request: NextRequest): Promise<NextResponse> {
  const visitor = visitorOf(request.cookies.get(COOKIE)?.value);
  await visitor.baton.signOut();
  await visitor.baton.dispose();
  const home = new NextResponse(null, { status: 303, headers: { location: '/' } });
  visitor.keep(home);
  return home;
}
