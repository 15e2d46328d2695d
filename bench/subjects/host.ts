import 'reflect-metadata';
import { type CanActivate, Controller, Get, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { WsAdapter } from '@nestjs/platform-ws';

/** Listens as every subject does: on a free port, with one line that says which. */
export async function serve(module: object, Sockets?: typeof WsAdapter): Promise<void> {
  const express = process.env['PLATFORM'] === 'express';
  const adapter = express ? new ExpressAdapter() : new FastifyAdapter();
  const app = await NestFactory.create(module, adapter, { logger: ['error', 'warn'] });
  if (Sockets !== undefined) app.useWebSocketAdapter(new Sockets(app));
  process.on('SIGTERM', () => process.exit(0));
  await app.listen(0, '127.0.0.1');
  console.log(`Listening on ${await app.getUrl()}`);
}

class YesGuard implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

/** The limit of a guarded route: what having a guard costs anyway. */
@Controller()
export class YesController {
  @UseGuards(YesGuard)
  @Get('yes')
  yes(): object {
    return { hello: 'world' };
  }
}
