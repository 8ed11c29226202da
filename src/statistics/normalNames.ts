/**
 * What data sets call images without the finding, compared without case, accents and separators. English words first,
 * as public sets use them (Kermany: NORMAL; NIH ChestX-ray14: No Finding; BUSI and ISIC: benign; malaria cells:
 * Uninfected; MVTec: good; labels in columns: 0, no, false), then the same words of other languages.
 */
const wordsForNormal: ReadonlySet<string> = new Set(
  `normal normals healthy well negative negatives neg control controls ctrl benign none nothing nofinding nofindings
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

/** Words before or behind a finding that say that it is not there, or what is beside it is normal. */
const free: ReadonlySet<string> = new Set(["free", "frei"]);

/** Whether the whole name is a word for normal: "Normal", "NO_FINDING", "no-finding". */
export const isWordForNormal = (name: string): boolean => wordsForNormal.has(plain(name));

/**
 * Whether a part of the name says that it is the normal one of two: a negated finding ("no_pneumonia", "NotPneumonia",
 * "non-covid", "without mask", also "notumor" beside "tumor"), or a word for normal at its beginning or end ("Negative
 * for Pneumonia", "covid-negative", "benign_keratosis", "class 0").
 * @param other the other class's name
 */
export function saysNormal(name: string, other: string): boolean {
  if (isWordForNormal(name)) return true;
  const [first = "", ...rest] = tokens(name);
  // "not normal" and "non-healthy" are not.
  if (negators.has(first) && rest.length > 0) return !wordsForNormal.has(rest.join(""));
  if (negatesName(plain(name), plain(other))) return true;
  const last = rest.at(-1) ?? "";
  return rest.length > 0 && (wordsForNormal.has(first) || wordsForNormal.has(last) || free.has(last));
}

/** "notumor" beside "tumor" or "withtumor"; a beginning alone says nothing: "nodule". */
function negatesName(name: string, other: string): boolean {
  const found = [
    other,
    ...affirmers.flatMap((word) => (other.startsWith(word) ? other.slice(word.length) : [])),
  ];
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
