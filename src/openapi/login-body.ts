import type { LoginFields } from '../auth/login-fields.js';

const TEXT = { type: 'string' as const };

/** The body of a login that is asked for other fields than a user name and a password. */
export function loginBody({ name = 'username', further = {} }: LoginFields) {
  const fields = Object.entries(further);
  const required = fields.flatMap(([field, need]) => (need === 'required' ? [field] : []));
  return {
    type: 'object' as const,
    required: [name, 'password', ...required],
    properties: {
      [name]: { ...TEXT, minLength: 1, maxLength: name === 'username' ? 128 : 254 },
      password: { ...TEXT, format: 'password', example: 'correct horse battery staple' },
      ...Object.fromEntries(fields.map(([field]) => [field, { ...TEXT, maxLength: 256 }])),
      device_name: { ...TEXT, maxLength: 128, description: 'Shown in the sessions' },
    },
  };
}
