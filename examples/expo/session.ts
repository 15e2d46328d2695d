import * as SecureStore from 'expo-secure-store';
import { createBaton } from 'nestjs-baton-client';
import { expoSecureStorage } from 'nestjs-baton-client/storage/expo-secure-store';
import { AppState } from 'react-native';

/** The session of this application, in the device's keychain or Keystore; awake when the application is. */
export const baton = createBaton({
  baseUrl: 'https://api.example.com',
  storage: expoSecureStorage({ secureStore: SecureStore }),
  wakeOn(wake) {
    const subscription = AppState.addEventListener('change', (state) => {
      if (state === 'active') wake();
    });
    return () => subscription.remove();
  },
});
