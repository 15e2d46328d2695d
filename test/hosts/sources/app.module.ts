import { Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule, refreshTokenMigrations } from 'nestjs-baton';
import { AppController } from './app.controller.js';
import { AppService } from './app.service.js';
import { OrdersController } from './orders.controller.js';
import { UsersModule } from './users.module.js';
import { UsersService } from './users.service.js';

/** The generated module with the README's third step in it. */
@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true }),
    TypeOrmModule.forRoot({
      type: 'better-sqlite3',
      database: ':memory:',
      autoLoadEntities: true,
      migrations: [...refreshTokenMigrations()],
      migrationsRun: true,
    }),
    UsersModule,
    AuthModule.forRootAsync({
      inject: [ConfigService],
      useFactory: (config: ConfigService) => ({
        users: UsersService,
        accessSecret: config.getOrThrow('ACCESS_SECRET'),
        refreshSecret: config.getOrThrow('REFRESH_SECRET'),
      }),
    }),
  ],
  controllers: [AppController, OrdersController],
  providers: [AppService],
})
export class AppModule {}
