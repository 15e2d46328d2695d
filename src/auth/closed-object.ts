import * as v from 'valibot';

/**
 * An object with these keys only. `v.strictObject` takes a list as well, and names one unknown key at most; and
 * what a schema of objects returns has lost keys such as `constructor`, so the input's are looked at.
 */
export function closedObject<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.lazy((given) =>
    v.pipe(
      v.custom<object>(
        (value) => typeOf(value) === 'object',
        ({ input }) => `Invalid input: expected object, received ${typeOf(input)}`,
      ),
      v.looseObject(entries),
      v.rawCheck(({ addIssue }) => {
        const unknown = Object.keys(Object(given)).filter((key) => !Object.hasOwn(entries, key));
        if (unknown.length > 0) addIssue({ message: `there is no option ${unknown.join(', ')}` });
      }),
    ),
  );
}

const typeOf = (value: unknown): string => {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
};
