import type { AuthUser, Credentials, UserStore } from 'nestjs-baton';

const ANN: AuthUser = { id: '1', username: 'ann' };

/** Users in memory whose passwords cost nothing, so that only the module is measured. Never do this. */
export const USERS: UserStore = {
  authenticate: async ({ username }: Credentials) => (username === 'ann' ? ANN : null),
  findById: async (id: string) => (id === ANN.id ? ANN : null),
};
