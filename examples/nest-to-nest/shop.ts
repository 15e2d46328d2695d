import {
  BadGatewayException,
  Controller,
  type DynamicModule,
  Get,
  Injectable,
  Module,
  type OnApplicationShutdown,
  Param,
} from '@nestjs/common';
import { type Baton, type Credentials, createBaton } from 'nestjs-baton/client';
import { memoryStorage } from 'nestjs-baton/client/storage/memory';

/** Calls the inventory as the user that the shop is there. */
@Injectable()
export class Inventory implements OnApplicationShutdown {
  private readonly baton: Baton;
  private signingIn: Promise<void> | undefined;

  constructor(
    baseUrl: string,
    private readonly credentials: Credentials,
  ) {
    this.baton = createBaton({ baseUrl, storage: memoryStorage() });
  }

  async countOf(item: string): Promise<number> {
    await this.signInWhereNeeded();
    const response = await this.baton.fetch(`/stock/${encodeURIComponent(item)}`);
    if (!response.ok) throw new BadGatewayException('The inventory does not say');
    const stock: { readonly count?: number } = Object(await response.json());
    return stock.count ?? 0;
  }

  /** At the first call, and after the session has come to its end: once for all who call meanwhile. */
  private async signInWhereNeeded(): Promise<void> {
    if ((await this.baton.getAccessToken()) !== null) return;
    this.signingIn ??= this.baton.signIn(this.credentials).finally(() => {
      this.signingIn = undefined;
    });
    await this.signingIn;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.baton.signOut();
    await this.baton.dispose();
  }
}

@Controller('offers')
export class OffersController {
  constructor(private readonly inventory: Inventory) {}

  @Get(':item')
  async offer(@Param('item') item: string) {
    return { item, available: (await this.inventory.countOf(item)) > 0 };
  }
}

/** The service that calls. */
@Module({})
export class ShopModule {
  static of(inventoryUrl: string, credentials: Credentials): DynamicModule {
    const useFactory = () => new Inventory(inventoryUrl, credentials);
    return {
      module: ShopModule,
      controllers: [OffersController],
      providers: [{ provide: Inventory, useFactory }],
    };
  }
}
