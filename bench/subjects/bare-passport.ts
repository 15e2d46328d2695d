import { createSecretKey } from 'node:crypto';
import {
  Controller,
  Get,
  HttpCode,
  Inject,
  Injectable,
  Module,
  Post,
  UseGuards,
} from '@nestjs/common';
import { JwtModule, JwtService } from '@nestjs/jwt';
import { AuthGuard, PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-jwt';
import { serve } from './host.js';

const KEY = createSecretKey(Buffer.from(process.env['AUTH_ACCESS_SECRET'] ?? ''));
const RULES = { algorithms: ['HS256' as const], issuer: 'bench', audience: 'bench' };
/** As many claims as an access token of ours has. */
const CLAIMS = { sub: '1', sid: crypto.randomUUID(), gen: 0, jti: 'x'.repeat(22) };

const bearer = ({ headers }: { headers: { authorization?: string } }): string | null =>
  headers.authorization?.replace(/^Bearer /, '') ?? null;

/** As the documentation of Nest shows it, with a `KeyObject` in place of a string. */
@Injectable()
class BareStrategy extends PassportStrategy(Strategy) {
  constructor() {
    super({
      ...RULES,
      jwtFromRequest: bearer,
      ignoreExpiration: false,
      passReqToCallback: true,
      secretOrKeyProvider: (_request, _token, done) => done(null, KEY),
    });
  }

  validate(_request: object, { sub }: { sub: string }): object {
    return { id: sub };
  }
}

@Controller()
class BareController {
  constructor(@Inject(JwtService) private readonly jwt: JwtService) {}

  @Post('auth/login')
  @HttpCode(200)
  login(): object {
    return { access_token: this.jwt.sign(CLAIMS) };
  }

  @UseGuards(AuthGuard('jwt'))
  @Get('guarded')
  guarded(): object {
    return { hello: 'world' };
  }
}

const { issuer, audience } = RULES;
const signOptions = { issuer, audience, expiresIn: 900, algorithm: 'HS256' as const };

@Module({
  imports: [JwtModule.register({ privateKey: KEY, signOptions })],
  providers: [BareStrategy],
  controllers: [BareController],
})
class BareModule {}

await serve(BareModule);
