import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Responses } from '../passport/responses.js';

/** Where a server tells the nonce of the next proof (RFC 9449 section 8). */
export const DPOP_NONCE_HEADER = 'DPoP-Nonce';

/** Tells a client whose request is answered otherwise of the next nonce. */
@Injectable()
export class NonceHeader {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly responses: Responses,
  ) {}

  set(request: object, nonce: string): void {
    const response = this.responses.of(request);
    if (response === undefined) return;
    this.adapterHost.httpAdapter.setHeader(response, DPOP_NONCE_HEADER, nonce);
  }
}
