import { createSecretKey, randomUUID } from 'node:crypto';
import { Body, Controller, Get, HttpCode, Inject, Module, Post, UseGuards } from '@nestjs/common';
import { JwtModule, JwtService } from '@nestjs/jwt';
import { AuthGuard, PassportStrategy } from '@nestjs/passport';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { Strategy } from 'passport-jwt';
import { Column, Entity, PrimaryColumn, type Repository } from 'typeorm';
import { SECRETS } from '../driver/minted-tokens.js';
import { connection } from './data-source.js';
import { YesController, serve } from './host.js';

const KEY = createSecretKey(Buffer.from(SECRETS.AUTH_ACCESS_SECRET));
const RULES = { issuer: 'bench', audience: 'bench' };
const ANN = { id: '1', username: 'ann' };
const PASSWORD = 'correct horse battery staple';
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

@Entity('users')
class User {
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id!: string;

  @Column({ type: 'varchar', length: 255 })
  username!: string;
}

/** As the documentation of Nest shows it, with a `KeyObject` in place of a string. */
class BareStrategy extends PassportStrategy(Strategy, 'bare') {
  constructor() {
    super({
      ...RULES,
      algorithms: ['HS256'],
      jwtFromRequest: ({ headers }: { headers: { authorization?: string } }) =>
        headers.authorization?.replace(/^Bearer /, '') ?? null,
      secretOrKeyProvider: (_request, _token, done) => done(null, KEY),
      ignoreExpiration: false,
      passReqToCallback: true,
    });
  }

  validate(_request: object, { sub }: { sub: string }): object {
    return { id: sub };
  }
}

/** The same application without the module: what a database, a route, Passport and a hash cost anyway. */
@Controller()
class LimitsController {
  private hashed: Promise<string> | null = null;

  constructor(
    @Inject(JwtService) private readonly jwt: JwtService,
    @InjectRepository(User) private readonly users: Repository<User>,
  ) {}

  @Post('echo')
  @HttpCode(200)
  echo(@Body() body: object): object {
    return body;
  }

  /** A token with as many claims as ours. */
  @Post('auth/login')
  @HttpCode(200)
  async login(): Promise<object> {
    await this.users.save(ANN);
    const claims = { sub: ANN.id, sid: randomUUID(), gen: 0, jti: 'x'.repeat(22) };
    return { access_token: this.jwt.sign(claims) };
  }

  @UseGuards(AuthGuard('bare'))
  @Get('guarded')
  guarded(): object {
    return { hello: 'world' };
  }

  /** The user looked up for every request, as most tutorials have it. */
  @UseGuards(AuthGuard('bare'))
  @Get('looked-up')
  lookedUp(): Promise<User> {
    return this.users.findOneByOrFail({ id: ANN.id });
  }

  @Post('argon2id')
  @HttpCode(200)
  async argon2id(): Promise<object> {
    // Loaded late, for it is no part of what starting costs.
    const { hash, verify } = await import('@node-rs/argon2');
    this.hashed ??= hash(PASSWORD, PARAMETERS);
    return { verified: await verify(await this.hashed, PASSWORD) };
  }
}

const signOptions = { ...RULES, expiresIn: 900, algorithm: 'HS256' } as const;

@Module({
  imports: [
    TypeOrmModule.forRoot({ ...connection(), entities: [User], synchronize: true }),
    TypeOrmModule.forFeature([User]),
    JwtModule.register({ privateKey: KEY, signOptions }),
  ],
  providers: [BareStrategy],
  controllers: [YesController, LimitsController],
})
class NestModule {}

await serve(NestModule);
