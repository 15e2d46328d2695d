import { useState } from 'react';
import type { Baton } from 'nestjs-baton/client';
import { useAuthorizedFetch, useBaton } from 'nestjs-baton/client/react';
import { SessionList } from 'nestjs-baton/client/react-sessions';

const readName = async (response: Response): Promise<string> => (await response.json()).username;

/** A page for whoever is signed in, or the form. */
export function App({ baton }: { readonly baton: Baton }) {
  const { status } = useBaton(baton);
  if (status === 'unknown') return <p>One moment …</p>;
  return status === 'signedIn' ? <Home baton={baton} /> : <SignIn baton={baton} />;
}

function Home({ baton }: { readonly baton: Baton }) {
  const { data: name, error } = useAuthorizedFetch(baton, '/auth/me', readName);
  if (error !== undefined)
    return <p role="alert">You are signed in, but the server does not answer.</p>;
  return (
    <>
      <p>{name === undefined ? 'One moment …' : `Hello, ${name}`}</p>
      <button onClick={() => void baton.signOut()}>Sign out</button>
      <h2>Where you are signed in</h2>
      <SessionList baton={baton} />
    </>
  );
}

function SignIn({ baton }: { readonly baton: Baton }) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState('');
  const signIn = () =>
    baton
      .signIn({ username, password, device_name: 'Example' })
      .catch((error: Error) => setProblem(error.message));
  return (
    <form action={signIn}>
      <label>
        User name <input value={username} onChange={(event) => setUsername(event.target.value)} />
      </label>
      <label>
        Password{' '}
        <input
          type="password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </label>
      <button>Sign in</button>
      <p role="alert">{problem}</p>
    </form>
  );
}
