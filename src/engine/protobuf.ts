import type { BinaryWriter } from "google-protobuf";

/** Writes a message of its own into a field of another. */
export function message(writer: BinaryWriter, field: number, write: (inner: BinaryWriter) => void): void {
  writer.writeMessage(field, writer, (_, inner) => {
    write(inner);
  });
}
