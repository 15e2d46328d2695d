import { randomBytes } from 'node:crypto';
import { Controller, Get, Module, Param, UseGuards } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule, JwtAuthGuard } from 'nestjs-baton';
import { CreateRefreshTokens1764000000000 } from 'nestjs-baton/migrations';
import { UsersService } from '../in-memory-users/users.service.js';

const freshSecret = (): string => randomBytes(32).toString('base64url');

@Module({ providers: [UsersService], exports: [UsersService] })
export class CallersModule {}

@Controller('stock')
export class StockController {
  @UseGuards(JwtAuthGuard)
  @Get(':item')
  stock(@Param('item') item: string) {
    return { item, count: item.length };
  }
}

/** The service that is called: one like any other with users, the callers among them. */
@Module({
  imports: [
    CallersModule,
    TypeOrmModule.forRoot({
      type: 'better-sqlite3',
      database: ':memory:',
      autoLoadEntities: true,
      migrations: [CreateRefreshTokens1764000000000],
      migrationsRun: true,
    }),
    AuthModule.forRootAsync({
      imports: [CallersModule],
      inject: [UsersService],
      useFactory: (users: UsersService) => ({
        users,
        accessSecret: freshSecret(),
        refreshSecret: freshSecret(),
        accessTtl: '2s',
      }),
    }),
  ],
  controllers: [StockController],
})
export class InventoryModule {}
