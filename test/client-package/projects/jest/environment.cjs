const { TestEnvironment } = require('jest-environment-jsdom');

/** jsdom with Node's `fetch`, as jest-fixed-jsdom and MSW have it. */
module.exports = class extends TestEnvironment {
  constructor(...given) {
    super(...given);
    Object.assign(this.global, { fetch, Headers, Request, Response, AbortController, AbortSignal });
    Object.assign(this.global, { TextEncoder, Uint8Array });
  }
};
