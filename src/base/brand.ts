/** Nominal types over primitives: an `Epoch` and a `MessageId` are both numbers, and never interchangeable. */

declare const brand: unique symbol;

export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
