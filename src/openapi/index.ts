export { describeAuthRoutes } from './describe-routes.js';
