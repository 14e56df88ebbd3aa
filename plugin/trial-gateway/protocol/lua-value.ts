// Values as Kong's Lua side holds them. Lua has one string type for text and bytes and one table type for lists and
// maps; both facts show on the wire and the plugin must live with them.

/** Bytes that go out as MessagePack bin. Kong does so for the three get_raw_body methods only. */
export class Binary {
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** A table that goes out as a map even when it is empty; a plain empty table goes out as an empty array. */
export class LuaMap {
  readonly entries: Readonly<Record<string, LuaValue>>;
  constructor(entries: Readonly<Record<string, LuaValue>>) {
    this.entries = entries;
  }
}

export interface LuaTable {
  readonly [key: string]: LuaValue;
}

/** `undefined` is nil. A Uint8Array is a Lua string whose bytes need not be UTF-8 and are never copied into one. */
export type LuaValue = undefined | null | boolean | number | string | Uint8Array | Binary | LuaMap | readonly LuaValue[] | LuaTable;
