import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';

/** Listens as every subject does: on a free port, with one line that says which. */
export async function serve(module: object): Promise<void> {
  const express = process.env['PLATFORM'] === 'express';
  const adapter = express ? new ExpressAdapter() : new FastifyAdapter();
  const app = await NestFactory.create(module, adapter, { logger: ['error', 'warn'] });
  process.on('SIGTERM', () => process.exit(0));
  await app.listen(0, '127.0.0.1');
  console.log(`Listening on ${await app.getUrl()}`);
}
