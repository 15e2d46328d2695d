import { useState } from 'react';
import { Button, SafeAreaView, Text, TextInput } from 'react-native';
import { isBatonError } from 'nestjs-baton-client';
import { useAuthorizedFetch, useBaton } from 'nestjs-baton-client/react';
import { baton } from './session';

const readName = async (response: Response): Promise<string> => {
  const { username }: { username: string } = await response.json();
  return username;
};

/** Signed in or not, whatever happened while the application slept. */
export default function App() {
  const { status } = useBaton(baton);
  if (status === 'unknown') return <Text>One moment…</Text>;
  return <SafeAreaView>{status === 'signedIn' ? <Account /> : <SignIn />}</SafeAreaView>;
}

function Account() {
  const { data, error } = useAuthorizedFetch(baton, '/auth/me', readName);
  return (
    <>
      <Text>
        {error === undefined ? `Signed in as ${data ?? '…'}` : 'The server cannot be reached'}
      </Text>
      <Button title="Sign out" onPress={() => void baton.signOut()} />
    </>
  );
}

function SignIn() {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [failure, setFailure] = useState('');
  const signIn = () => {
    baton.signIn({ username, password, device_name: 'Expo' }).catch((error: unknown) => {
      setFailure(isBatonError(error, 'sign_in_failed') ? error.message : 'Try again');
    });
  };
  return (
    <>
      <TextInput placeholder="User name" autoCapitalize="none" onChangeText={setUsername} />
      <TextInput placeholder="Password" secureTextEntry onChangeText={setPassword} />
      <Button title="Sign in" onPress={signIn} />
      <Text accessibilityLiveRegion="polite">{failure}</Text>
    </>
  );
}
