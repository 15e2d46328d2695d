export { AuthTelemetry, METER_PROVIDER } from './auth-telemetry.js';
