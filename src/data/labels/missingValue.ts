/** What tables and programs write where there is no value. */
const missing =
  /^([-+]?nan|#?n\/?a|#n\/a n\/a|<na>|n\.a\.|null|nil|nat|undefined|\?+|\.|-?1\.#(ind|qnan)|#(ref|value|name)[!?])$/i;
/** What may stand for that as well, and may be a class. */
const doubtful = /^(none|missing|unknown|unlabell?ed|unsorted|no[\s_-]?label|not[\s_-]?available|-+)$/i;

/** Whether a text, such as "NaN", stands for a missing value. */
export const isMissingValue = (text: string): boolean => missing.test(text.trim());

/** Whether a class of this name may be made of what has no class. */
export const mayBeMissing = (name: string): boolean => isMissingValue(name) || doubtful.test(name.trim());
