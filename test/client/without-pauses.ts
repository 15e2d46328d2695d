/**
 * For the tests of a file: of the pauses between tries, a random part of a length, a thousandth is left. To be called
 * after the server's own start, whose names are by chance as well.
 */
export function withoutPauses(): void {
  const { random } = Math;
  beforeEach(() => {
    Math.random = () => random() / 1000;
  });
  afterEach(() => {
    Math.random = random;
  });
}
