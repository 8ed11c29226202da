/** What is said of every net that was made of images of patients. */
export const notMedical = "Not a medical device.";
