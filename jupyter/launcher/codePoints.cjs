"use strict";
/**
 * Jupyter's messages count the characters of a text in Unicode code points. JavaScript counts them in UTF-16 units, of
 * which an emoji has two.
 */

/** How many UTF-16 units the first `points` code points of a text have. */
const unitsIn = (text, points) => [...text].slice(0, points).join("").length;

/** How many code points the first `units` UTF-16 units of a text have. */
const pointsIn = (text, units) => [...text.slice(0, units)].length;

module.exports = { pointsIn, unitsIn };
