/**
 * What data sets call images without the finding, compared without case, accents and separators. English words first,
 * as public sets use them (Kermany: NORMAL; NIH ChestX-ray14: No Finding; BUSI and ISIC: benign; malaria cells:
 * Uninfected; MVTec: good; labels in columns: 0, no, false), then the same words of other languages.
 */
const wordsForNormal: ReadonlySet<string> = new Set(
  `normal normals healthy well negative negatives neg control controls ctrl benign none nothing nofinding nofindings
   nonefound nonedetected nonepresent noneseen nothingfound nothingdetected nothingseen notfound notdetected notpresent notseen
   unremarkable clear absent absence uninfected unaffected good ok 0 no n false
   gesund gesunde negativ unauffällig gutartig kontrolle kontrollen ohnebefund nein
   normale normales normaux normais normali sain sains saine négatif négatifs témoin témoins bénin bénins
   sano sanos sana sani saudável saudáveis negativo negativos negativi benigno benignos benigni controle controllo
   ninguno nenhum nessuno não
   zdrowy zdrowe prawidłowy ujemny normalny sağlıklı negatif iyihuylu
   норма нормальный нормальные здоров здоровый здоровые здоровий отрицательный отрицательные контроль
   доброкачественный нет
   正常 健康 阴性 陰性 良性 健常 異常なし 未见异常 无 無 정상 음성`
    .split(/\s+/)
    .map(withoutAccents),
);

/** Words before a finding that say that it is not there. */
const negators: ReadonlySet<string> = new Set([
  ...["no", "non", "not", "without", "ohne", "kein", "keine", "nicht", "sans", "pas", "sin", "sem", "senza"],
  ...["bez", "nie", "без", "не", "нет"],
]);

/** Words before a finding that say that it is there. */
const affirmers = ["with", "has", "is", "yes", "mit", "avec", "con", "com"];

/** Words behind a finding that say that it is not there. */
const free: ReadonlySet<string> = new Set(["free", "frei"]);

/** Words for normal that begin the names of findings: "clear cell", "well differentiated", and letters. */
const ambiguousBefore: ReadonlySet<string> = new Set(["clear", "well", "n"]);

/** Diseases beside which another is called "non-": non-small-cell carcinoma, non-Hodgkin lymphoma. */
const namesakes = ["smallcell", "hodgkin"];

/** Whether the whole name is a word for normal: "Normal", "NO_FINDING", "no-finding", "00", "-". */
export const isWordForNormal = (name: string): boolean =>
  wordsForNormal.has(plain(name)) || /^0+$/.test(plain(name)) || /^[-−–]$/.test(name.trim());

/**
 * Whether a name says that it is the normal one of two in what it does not share with the other: the other's negation
 * ("no_pneumonia" beside "pneumonia", "notumor" beside "tumor", "disease-free" beside "disease", "HER2-" beside
 * "HER2+"), or a word for normal ("covid-negative" beside "covid-positive", "grade 0" beside "grade 2"); also "Negative
 * for Pneumonia". A name that only begins with such a word says nothing: "clear cell carcinoma", "normal pressure
 * hydrocephalus".
 * @param other the other class's name
 */
export function saysNormal(name: string, other: string): boolean {
  if (isWordForNormal(name)) return true;
  // An F beside an M is another one.
  if (plain(name) === "f" && plain(other) === "t") return true;
  const [text, otherText] = [name.trim(), other.trim()];
  if (/.[-−–]$/.test(text) && otherText === `${text.slice(0, -1)}+`) return true;
  const words = tokens(name);
  if (/^neg(ative)? for /.test(words.join(" "))) return true;
  if (namesakes.some((disease) => plain(other).startsWith(disease))) return false;
  const { own, before, after } = ownWords(words, tokens(other));
  if (before.length + after.length > 0) {
    if (free.has(own)) return after.length === 0;
    // "not normal lung" beside "normal lung" is the other way round.
    if (negators.has(own)) return !wordsForNormal.has(after[0] ?? "");
    if (isWordForNormal(own)) return after.length === 0 || !ambiguousBefore.has(own);
  }
  return negatesName(plain(name), plain(other));
}

/** What a name does not share with the other, written together, and what it shares before and after that. */
function ownWords(name: readonly string[], other: readonly string[]) {
  const least = Math.min(name.length, other.length);
  let before = 0;
  while (before < least && name[before] === other[before]) before++;
  let after = 0;
  while (after < least - before && name.at(-1 - after) === other.at(-1 - after)) after++;
  const end = name.length - after;
  return { own: name.slice(before, end).join(""), before: name.slice(0, before), after: name.slice(end) };
}

/** "notumor" beside "tumor" or "withtumor", "noncovid" beside "covid19"; a beginning alone says nothing: "nodule". */
function negatesName(name: string, other: string): boolean {
  const found = [
    other,
    other.replace(/\p{N}+$/u, ""),
    ...affirmers.flatMap((word) => (other.startsWith(word) ? other.slice(word.length) : [])),
  ].filter((each) => each !== "");
  return [...negators].some((word) => name.startsWith(word) && found.includes(name.slice(word.length)));
}

/** Without case, accents, and whatever is neither a letter nor a digit. */
const plain = (name: string): string => tokens(name).join("");

/** The words of a name: between blanks and signs, at the humps of camelCase, and letters apart from digits. */
function tokens(name: string): string[] {
  return withoutAccents(name)
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")
    .replace(/(\p{L})(\p{N})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}

/** Also Korean syllables taken apart: words and names alike, so that they can be compared. */
function withoutAccents(name: string): string {
  return name.normalize("NFD").replace(/\p{M}/gu, "");
}
