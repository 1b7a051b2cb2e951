/**
 * The ids that `Types` allows. `Types` is an object type whose keys are ids (template literals such as `room:${string}` too)
 * and whose values say what the meta of a member is: `{ lobby: {}; [room: `room:${string}`]: { meta: User } }`. Without it any
 * value is an id: ids are compared as the keys of a Map are.
 */
export type IdOf<Types> = unknown extends Types ? unknown : keyof Types;

/** The meta that members of a channel have: `unknown` where nothing is typed, `undefined` where the type names none. */
export type MetaOf<Types, Id> = unknown extends Types
  ? unknown
  : Id extends keyof Types
    ? "meta" extends keyof Types[Id]
      ? Types[Id]["meta"]
      : undefined
    : never;

/** The meta of any channel. */
export type AnyMetaOf<Types> = MetaOf<Types, IdOf<Types>>;
