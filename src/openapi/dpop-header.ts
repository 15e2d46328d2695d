import { ApiHeader } from '@nestjs/swagger';

/** The proof that a session's key is held. */
export const DPOP = ApiHeader({
  name: 'DPoP',
  required: false,
  description:
    'A proof of possession (RFC 9449): opens a session that is bound to its key, and comes with each token of one',
});
