import { createBaton } from 'nestjs-baton/client';
import { indexedDbStorage } from 'nestjs-baton/client/storage/indexed-db';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';

const baton = createBaton({ baseUrl: location.origin, storage: indexedDbStorage() });
const root = document.querySelector('#root');
if (root) createRoot(root).render(<App baton={baton} />);
