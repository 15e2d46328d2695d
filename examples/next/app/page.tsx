import { headers } from 'next/headers';
import { API } from '../session';

/** Rendered with the token that the proxy has handed on. It has no client of its own: that could keep no new pair. */
export default async function Page() {
  const authorization = (await headers()).get('authorization');
  const response =
    authorization &&
    (await fetch(`${API}/auth/me`, { headers: { authorization }, cache: 'no-store' }));
  if (!response || response.status === 401) return <SignIn />;
  const me: { readonly username: string } = await response.json();
  return (
    <form action="/sign-out" method="post">
      <p>{`Hello, ${me.username}`}</p>
      <button>Sign out</button>
    </form>
  );
}

function SignIn() {
  return (
    <form action="/sign-in" method="post">
      <p>Nobody is signed in</p>
      <label>
        User name <input name="username" />
      </label>
      <label>
        Password <input name="password" type="password" />
      </label>
      <button>Sign in</button>
    </form>
  );
}
