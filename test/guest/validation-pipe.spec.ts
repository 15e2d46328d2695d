import {
  Body,
  Controller,
  type INestApplication,
  Post,
  UseGuards,
  ValidationPipe,
} from '@nestjs/common';
import { IsString } from 'class-validator';
import { type AuthenticatedUser, CurrentUser, JwtAuthGuard } from 'nestjs-baton';
import { PASSWORD, PLATFORMS, startHost } from '../host/start-host.js';
import { Client, EVERY_ANSWER, answersOfEveryRoute } from './every-route.js';

class NoteDto {
  @IsString()
  text!: string;
}

@Controller('notes')
class NotesController {
  @UseGuards(JwtAuthGuard)
  @Post()
  add(@Body() note: NoteDto, @CurrentUser() user: AuthenticatedUser) {
    return { isDto: note instanceof NoteDto, author: user.id };
  }
}

function pipeStrictly(app: INestApplication): void {
  app.useGlobalPipes(
    new ValidationPipe({
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      transform: true,
      transformOptions: { enableImplicitConversion: true },
      validateCustomDecorators: true,
    }),
  );
}

describe.each(PLATFORMS)('in a host on %s with a strict ValidationPipe', (platform) => {
  const start = () =>
    startHost({ platform, controllers: [NotesController], configure: pipeStrictly });

  it('every route answers as without one', async () => {
    const host = await start();
    expect(await answersOfEveryRoute(host)).toEqual(EVERY_ANSWER);
    await host.close();
  });

  it('our own errors name the field, and fields that we do not know are passed over', async () => {
    const host = await start();
    const client = new Client(host);
    const missing = await client.post('login', { username: 'ann' });
    expect([missing.status, missing.body]).toEqual([
      400,
      {
        error: 'invalid_request',
        error_description: 'password takes a string of 1 to 1024 bytes of UTF-8',
      },
    ]);
    const extra = await client.post('login', {
      username: 'ann',
      password: PASSWORD,
      device_name: 'laptop',
      remember: true,
    });
    expect(extra.status).toBe(200);
    await host.close();
  });

  it("the host's own routes are validated as ever, with our guard and @CurrentUser() on them", async () => {
    const host = await start();
    const { access_token } = await new Client(host).login();
    const add = (note: object) =>
      host.http().post('/notes').auth(access_token, { type: 'bearer' }).send(note);
    expect((await add({ text: 'hello' })).body).toEqual({ isDto: true, author: '1' });
    expect((await add({ text: 'hello', admin: true })).body.message).toEqual([
      'property admin should not exist',
    ]);
    await host.close();
  });
});
