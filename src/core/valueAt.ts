/**
 * The value at an index that is known to be in the list: for lists that go side by side, item by item.
 * @throws RangeError when it is not
 */
export function valueAt<T>(values: ArrayLike<T>, index: number): T {
  const value = values[index];
  if (value === undefined) throw new RangeError(`there is no value at ${index}, of ${values.length} values`);
  return value;
}
