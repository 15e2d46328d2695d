import { createBaton } from 'nestjs-baton/client';
import { indexedDbStorage } from 'nestjs-baton/client/storage/indexed-db';

/** The client of the whole application; the API is on the page's own origin. */
export const baton = createBaton({ baseUrl: '', storage: indexedDbStorage() });
