/** A call that a pickle asks for. It is not made. */
export interface Reduced {
  /** Module and name, with a space between. */
  readonly callable: string;
  readonly args: readonly unknown[];
}

/** A function or class by its module and name. */
interface Global {
  readonly global: string;
}

const mark = Symbol("mark");

/**
 * Reads a pickle (protocol 2) as data: the operations that state dicts are made of, and no other. A dict becomes a
 * `Map`, a tuple or list an array, a storage `{ persistent }`, and a call a `Reduced` that nobody carries out.
 * @param start of the pickle in `bytes`
 * @returns the value, and where the pickle ends
 * @throws Error naming an operation that is not known
 */
export function readPickle(bytes: Buffer, start: number): { value: unknown; end: number } {
  let at = start;
  const stack: unknown[] = [];
  const memo = new Map<number, unknown>();
  const take = (count: number): Buffer => {
    if (at + count > bytes.length) throw new Error("the pickle is cut short");
    return bytes.subarray(at, (at += count));
  };
  const u8 = () => take(1).readUInt8();
  const u32 = () => take(4).readUInt32LE();
  const line = (): string => {
    const end = bytes.indexOf("\n", at);
    if (end === -1) throw new Error("the pickle is cut short");
    const text = bytes.toString("latin1", at, end);
    at = end + 1;
    return text;
  };
  const toMark = (): unknown[] => stack.splice(stack.lastIndexOf(mark)).slice(1);
  const setItems = (items: readonly unknown[]): void => {
    const target = stack.at(-1);
    if (!(target instanceof Map)) throw new Error("the pickle sets items of something that is no dict");
    for (let i = 0; i < items.length; i += 2) target.set(items[i], items[i + 1]);
  };

  for (;;) {
    const operation = String.fromCharCode(u8());
    switch (operation) {
      case "\x80": // PROTO
        u8();
        break;
      case ".": // STOP
        return { value: stack.pop(), end: at };
      case "(": // MARK
        stack.push(mark);
        break;
      case "N": // NONE
        stack.push(null);
        break;
      case "\x88": // NEWTRUE
        stack.push(true);
        break;
      case "\x89": // NEWFALSE
        stack.push(false);
        break;
      case "K": // BININT1
        stack.push(u8());
        break;
      case "M": // BININT2
        stack.push(take(2).readUInt16LE());
        break;
      case "J": // BININT
        stack.push(take(4).readInt32LE());
        break;
      case "\x8a": // LONG1
        stack.push(take(u8()).reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n));
        break;
      case "X": // BINUNICODE
        stack.push(take(u32()).toString("utf8"));
        break;
      case "c": // GLOBAL
        stack.push({ global: `${line()} ${line()}` } satisfies Global);
        break;
      case "q": // BINPUT
        memo.set(u8(), stack.at(-1));
        break;
      case "r": // LONG_BINPUT
        memo.set(u32(), stack.at(-1));
        break;
      case "h": // BINGET
        stack.push(memo.get(u8()));
        break;
      case "j": // LONG_BINGET
        stack.push(memo.get(u32()));
        break;
      case "}": // EMPTY_DICT
        stack.push(new Map());
        break;
      case "]": // EMPTY_LIST
      case ")": // EMPTY_TUPLE
        stack.push([]);
        break;
      case "\x85": // TUPLE1
        stack.push(stack.splice(-1));
        break;
      case "\x86": // TUPLE2
        stack.push(stack.splice(-2));
        break;
      case "t": // TUPLE
        stack.push(toMark());
        break;
      case "a": {
        // APPEND
        const [item] = stack.splice(-1);
        (stack.at(-1) as unknown[]).push(item);
        break;
      }
      case "e": {
        // APPENDS
        const items = toMark();
        (stack.at(-1) as unknown[]).push(...items);
        break;
      }
      case "s": // SETITEM
        setItems(stack.splice(-2));
        break;
      case "u": // SETITEMS
        setItems(toMark());
        break;
      case "Q": // BINPERSID
        stack.push({ persistent: (stack.pop() as unknown[]).map(plain) });
        break;
      case "R": {
        // REDUCE
        const [callable, args] = stack.splice(-2);
        const name = (callable as Global).global;
        stack.push(
          name === "collections OrderedDict" ? new Map() : { callable: name, args: args as unknown[] },
        );
        break;
      }
      case "b": // BUILD: attributes of the dict, such as a version
        stack.pop();
        break;
      default: {
        const code = operation.charCodeAt(0).toString(16);
        throw new Error(
          `the pickle has the operation 0x${code} at byte ${at - 1}, which no state dict needs`,
        );
      }
    }
  }
}

const plain = (value: unknown): unknown =>
  typeof value === "object" && value !== null && "global" in value ? value.global : value;
