import path from "node:path";
import { brotliDecompressSync } from "node:zlib";

/**
 * The names of the 5856 X-rays of Kermany, Zhang and Goldbaum (doi 10.17632/rscbjbr9sj version 2), without their
 * ending, so that copies of another size or format are known too. Below each class, a line for each form of name:
 * every run of zeros in it stands for a number of at least so many digits, and what follows are the numbers of one
 * name after another, each less that of the name before.
 */
const listing = [
  "H9RdMCyPt5H9SKa9GSsftJI5ucF55MlgwxDUy+BExfNFAqcb6MxwnCp97ADXhhFLo4s0m9JUANzCngi3dUu69Xd7EEXyK2zsamlJ1TXV",
  "tVi1H/DbmTBJr/vAHAB7wvI6jdeJfQLImWX1ds/uTs/0qoSku1s5RWgDaGpqhiMG/+zr//ylORK7vS51SlKyo3TVzHNHpHIre4UtsHAE",
  "PsJ1BXrcH5+99j8C/hhkavv6YxD6EELdrXlCGSAKBbQ/TQ4J5Q+HruLZQS0VkltuJJjAkGAQLki7BwG8xjJ5xdeJDBS1iXnUPdtcSKBx",
  "23eGkqmKW1eDQ4ihenWtfTeofTXRe548jIR2L6ILuw5VQEo8tHZ50Kv+w7T68uiepUo1XVeBQ+xsgUEnVjlT9bW/hE4S8SWcfPndOtT3",
  "vb5+A/Tft+lb3yRv2iB3xN6i4DxvLDeL/s2Mvn1J5h4MvnAhFlfeuL279U1J+KNZ6sNA/1f7f3bvK1exvVn3a/jgAHiw1E6JvlR8+AB8",
  "CAgHL6MHunIAOCg09YTAUAD22+x8THziaX0QCp/WeOz3kfrSoP6Hu09OTH7Po0WG10OdXoxt5ptnMbx+K+woj1qPOWi4kvL6ZlBFS4UO",
  "MQmW8g1VyCKteIZSxVmtNaTcHG3XFAjUqpp4Q1zOhA7duhOZhtv5GY+LAIsK/B9KWBbjCO2lTSzO8sronH8aHHKl+1ntOlV3zrV+231p",
  "dN3r5f0yPahDqsaB5GiWIbSttChPU+vqFWvq9d6ZbpxVTTwzU5KBicf2YxdcZ+MGPAjd4y5KLyjcUEO2hiAfYuHKF94Hk1frkFxu11oP",
  "VdQ7h7/04EWsEy71ugoo0hSMqh1j6vld7nl90bfPYv5xdm7dpM9nF1kXdd76H7rJLmeTPCx++PA0r4XoIr9yl+O99B0O4XW+jrvY72xe",
  "eS4XUQ33xfWavot5fdMG93rjuo7+g8u8N2r8ous91P/m315ARD5we4MgRc4AejxexqIHcTgwDRyIyKsHsou4CgiG3GfEBAoHWGDlok4Z",
  "dCJlOaYwpUny0GARNkQkkcrjqThO4BVvqmI6UM2RB3h/oLUZVdoCYlqGnhF6aUQzkR0u8guDduleBSOWkVluX2G7VKka6AwkwIKIS9VW",
  "oZZMYWg3BB/SKBCuyzJMRtbW68dVOKGzGlyXFD1aJ2T9lgkUYiRspKBnQCl0ov5uM/AcUL7DDobpcWwcxRh0aoUI4iPPb1SmFDMtCTIS",
  "pRQGHh+VgbyjVDT9OpVdRlnE7/L9cewMEbsdr+SHwel7ec2FNRy3RxWW7LOVvCb8Ugg19nf4+PonWj30OsYUcJvQBrnzcLw3sx+KLM8Q",
  "ZE7vCWVqBSl9ynX3c5x6bBGAFWykIgo9KT2ONabXgn9llIep7UO5b2WD5d8/if+SYFixj9bAAW6BHQ09NM+cmFc/ChCmYEJy3N0SpYhH",
  "qe4+1C+v6Yp4uaRg9ylAA3hIr1nkiCpYrKzS6Kh205HHodUph2LWAdhtLz1CkgS3tbQubTGsPPlIGC2UAeiKStMWDRO1U1xT+YZf7ZU6",
  "EC2/lHGk0Eke8g4PBnwxiDJSWIqJIra1GOSE7S8MViQ2rSJpTD4cbaYdOcgw0+7eRdN0N21xODObsVFFGYxWnU2Q++JsbKothG7M+Loa",
  "4sc1h2A4IOIqoRyErleG07DtdP0plAAAC0gugavAkiIhaXEqJm/2xqJTuST8/EWRRsB+IPH8+oB0m0kKYJXuK6zWiTGhherdIb4M5Emo",
  "LUjBpaECRwm2w+EMNkSsTXV5fb0GDdk+KsXxpTIlqHWhOrQc1L1ZJWmwF5SnyDGAcpCYUEHu7atpOIh3suThvI/qrFLFqao6bQsiJOPO",
  "SBilDmGooRFGZoS3mX536uYBvMoLbZ81bqqjUYOFQ/YWxpLDuic8zzxLJtDWrEnCwVRgOB3zuJA2rd2u0vuVmmLKENKpbtTm4RrzNGI9",
  "iTkLxDIT1LdUqX2mYmMdPZKdS0VoXootSDJGA3n2UJL5LiLDHUzk6HGgwcgUi/OqDEY2laqgqEnl5FCD9qXVEIegJzAer8au7Uv45SPT",
  "VvmIvokzZQUIAd1CIlSgoqdxLn2qXRSDBHVJaWjHV3/huBAKfdXJa48+bKktNc//vJMSCIjKXTWiYQDdaDxZizKjkthIQSHQGP4yIOO/",
  "MTE7n7aVr7N7/ROj7zafjDYWA69kc79H0Xldoz2ubw/Gh2iw+pr9eLB1/fzxzVcq+7X0Bf1k/dmAxh34T460b2nanmoic9010ffjZVXY",
  "WrLjNPM7igigoIyXnunR0pr50bFx4ApdtztUJZNT/eh5w//iqB7wuMkgmK50lLpsm3F1eAdohI+RF0bXdhVwgT0MVvC9ov1LNtHzX5aW",
  "617prEUhDjJ6nSzvm5WWqoEDKJu7Ot4+4ZPk316mHXOUWkcMP/VIl4k3T7YupH/remc44VS15XWdjwYTYftNMFq3TE+cHjoZw9bcdYSm",
  "UWDHn+FOnSHBrgpKsx6NoU2RiOPLbPV1yjG6gQTNSLyhuV/MBRdg/OxX3lhgVAsXIqSSVcqqEafjfC+JSwMgsQMEzIefo3qfXqrW23x8",
  "KuKT6cvKxhf8Scz4ZDj78cr9vzSLCjOqh5uuzMaxi07Ej0J/Qh18WwiDezRmS8QB6hPh/WUzKNNJOGTdLF/J9UH6pMkSalzQupmo9vd1",
  "r/6Xo6sfyDNh5fZ3oVdPyLQWaLHuqFnlBtIG4ksgQliaGhJlPKlsuC4zH3p++pL6O2Oz0lcR5YUVslZZjMU+tuZ1CVjo3RdoAPi+G8WI",
  "/PlPPT1yM1mMQCZGvYs9KvLlNSIKo5NqDPqf/zf0wPbDUui0EK6IPokGzeE1zZu3CUSPKXNronkKAPE7qKUVyoGRc4JTzoAR+tyVq3yq",
  "KmlMUNpj4IxroRfqsKfnk8JjBaBFYgr9dC40RGpTWnKAp7RNLMekjatBgNjgHadJlgXhoRWy8RhDyA2hQaymoLv/aTlSI1JWMzHKMQoR",
  "d9JkzsICQ0kYO6LiQNSUhgwa8xCcr/bpjVUJkdYn0AAQXyzyjAyTWfisSGmH01wsponHo5AOeaWzycBKnMuSiRwVQ6XuX52V5Ga+sD+w",
  "N18ENw1Ej54ZLt+dLazHPu/3taje3Iwgk9A+vqx/IgIfmvYxbNj10trIcFzqYkC2sCzPBC2qbwg5qoTFJqny2SPKBRIX8idrKBEv9ORL",
  "WDZsVsIApOFSkUqUJNmNnl1O8fodX2JDmgduDKthkpxJKkO7+J4FscJ8FGcXi220ySzevgCuxgIsTZEYV3l1TBois0ZjaiYqxO4ievTk",
  "umXJMC9IU+HU7coXkcs1lZK/Fl6tqZ9yImYx0e+vA3rdPoezMYuJz1j577Lmhr3Yk7UOiGadENFTDPzbX54E14OVH6BfP+uMtDFn9l/R",
  "G2ZB7fYXaRQ0BmkAprU3hHk8mJWx0D51h7tHIeadYOX2kkrbOgJM4ptYz5tkQjSXpmWeQ4Xe7NJdHjqY8SuTZk5GbJRP/VwRFlNLblIx",
  "BEN/Jbe5BMK9LQP0Rc//V1McpY6hpJCmwlMdAfBWOKAF+gmILb8zDxxdLkNASEwP5KvK+gCm8shrKcwxkQpFuHSlGb3WShFDCTaHFp7q",
  "/K7V8xJZd5YmG6Xk3goJEhBvVyDAZ9/ZwOd+qPLxD59NReM+/Lw3fqEg/w0hwCXBY3MAp2Y5l4Ivgk32ny2Br6OmvhDdbxTkgYGdOC/t",
  "F1Edvl9+/6PLzn+OBA==",
].join("");

let classOf: ReadonlyMap<string, string> | undefined;

/** The class of each name; names are without their endings. */
export function kermanyNames(): ReadonlyMap<string, string> {
  return (classOf ??= readListing(brotliDecompressSync(Buffer.from(listing, "base64")).toString()));
}

/** Whether there are files, and all of them are of Kermany's X-rays, by name, and in the class that they have there. */
export function areKermany(files: readonly { readonly path: string; readonly class: string }[]): boolean {
  return (
    files.length > 0 &&
    files.every((file) => kermanyNames().get(path.parse(file.path).name) === file.class.toUpperCase())
  );
}

function readListing(text: string): Map<string, string> {
  const classes = new Map<string, string>();
  let current = "";
  for (const line of text.split("\n")) {
    const [form = "", ...steps] = line.split(" ");
    if (steps.length === 0) current = form;
    let numbers: readonly number[] = [];
    for (const step of steps) {
      numbers = step.split(",").map((less, k) => (numbers[k] ?? 0) + Number(less));
      let k = 0;
      const name = form.replace(/0+/g, (zeros) => String(numbers[k++]).padStart(zeros.length, "0"));
      classes.set(name, current);
    }
  }
  return classes;
}
