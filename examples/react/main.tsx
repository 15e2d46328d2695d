import { createBaton } from 'nestjs-baton/client';
import { webStorage } from 'nestjs-baton/client/storage/web';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';

const baton = createBaton({ baseUrl: location.origin, storage: webStorage() });
const root = document.querySelector('#root');
if (root) createRoot(root).render(<App baton={baton} />);
