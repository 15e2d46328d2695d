export { type DescribedOptions, describeAuthRoutes } from './describe-routes.js';
