// A file of this person's as something a request can name.
import * as api from '../api/calls';
import { isMissing } from '../api/client';

/** The address of the uploaded file; where the server takes no uploads, the file itself as a data URI. */
export async function addressOf(file: Blob): Promise<string> {
  try {
    return (await api.upload(file)).url;
  } catch (error) {
    if (!isMissing(error)) throw error;
    return asDataUri(file);
  }
}

function asDataUri(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error ?? new Error('the file cannot be read'));
    reader.readAsDataURL(file);
  });
}
