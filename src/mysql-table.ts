/** How MySQL and MariaDB keep our text: that of every language, told apart byte for byte. */
export const MYSQL_TEXT = 'CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';

/**
 * The engine of our tables on MySQL and MariaDB, and with it their text, whatever the database's default is.
 * TypeORM knows the engine of a table but no character set of one, and a column's would be written on every other
 * database as well; what follows the engine's name is taken as it is.
 */
export const MYSQL_ENGINE = `InnoDB DEFAULT ${MYSQL_TEXT}`;
