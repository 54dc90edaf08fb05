"""As which kind of file is a document taken out, and what do people call the kinds of files?"""

from __future__ import annotations

from typing import Final

from models.core.choices import Choice

_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_OPEN: Final = "application/vnd.oasis.opendocument"


class FileForm(Choice):
    """What somebody asks for: PDF to be read, or Word to be edited further. The word stands in addresses."""

    PDF = "pdf", "PDF"
    WORD = "word", "Word"

    @property
    def ending(self) -> str:
        """The ending of its file's name.

        >>> [form.ending for form in FileForm]
        ['pdf', 'docx']
        """
        return "pdf" if self is FileForm.PDF else "docx"

    @property
    def media_type(self) -> str:
        """How its file is named to a browser.

        >>> [file_words(form.media_type) for form in FileForm]
        ['PDF', 'Word']
        """
        return "application/pdf" if self is FileForm.PDF else f"{_OFFICE}.wordprocessingml.document"


_WORDS: Final = {
    **{form.media_type: form.label for form in FileForm},
    "application/msword": "Word",
    f"{_OPEN}.text": "Text",
    "application/rtf": "Text",
    "text/plain": "Text",
    "application/vnd.ms-excel": "Excel",
    f"{_OFFICE}.spreadsheetml.sheet": "Excel",
    f"{_OPEN}.spreadsheet": "Spreadsheet",
    "text/csv": "CSV",
    "application/vnd.ms-powerpoint": "Slides",
    f"{_OFFICE}.presentationml.presentation": "Slides",
    f"{_OPEN}.presentation": "Slides",
    "application/vnd.ms-outlook": "E-mail",
    "message/rfc822": "E-mail",
    "image/png": "Picture",
    "image/jpeg": "Picture",
    "application/json": "JSON",
}


def file_words(media_type: str | None) -> str:
    """What people call a kind of file; "File" where nothing better is known.

    >>> file_words("text/csv"), file_words("image/png"), file_words("application/octet-stream"), file_words(None)
    ('CSV', 'Picture', 'File', 'File')
    """
    return _WORDS.get(media_type or "", "File")
