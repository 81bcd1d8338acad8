"""Inside the child: HTML to one file that is both PDF/A-3a and PDF/UA-1.

WeasyPrint writes one standard at a time. It is asked for PDF/A-3a (archival, tagged,
attachments allowed); our finisher adds what PDF/UA-1 (ISO 14289-1) wants in the metadata:
its identifier, the extension schema that PDF/A demands for a foreign property (ISO
19005-3, 6.6.2.3), and metadata that can be read without inflating it (6.6.2.1).

Importing WeasyPrint takes seconds, so only the forge of `kit.paper.pdf` imports this module.
"""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from kit.paper.streams import pack
from kit.paper.typefaces import ROOT, all_files, house_faces

_SHEET = ROOT / "static" / "src" / "document.css"
_ASSETS = {
    "asset:mark.svg": (ROOT / "static" / "src" / "mark.svg", "image/svg+xml"),
    **{f"asset:fonts/{face}.ttf": (path, "font/ttf") for face, path in house_faces().items()},
}

_PDF_UA = b"""
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
<rdf:Description rdf:about=""
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 the file conforms to</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""


class HouseFetcher(URLFetcher):  # type: ignore[misc]
    """Give out our own named assets and refuse every other address, whatever its scheme."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """Open an `asset:` of the list; ValueError (which WeasyPrint skips) for the rest."""
        if url not in _ASSETS:
            raise ValueError(f"not one of our assets: {url[:200]}")
        path, media_type = _ASSETS[url]
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": media_type})


all_files()  # a machine without typefaces is told so before the first document
_FETCHER = HouseFetcher(allowed_protocols=("asset",), allow_redirects=False)
_FONTS = FontConfiguration()
_STYLE = CSS(
    string=_SHEET.read_text(encoding="utf-8"),
    base_url="asset:document.css",
    url_fetcher=_FETCHER,
    font_config=_FONTS,
)


def print_pdf(
    html: str, attachments: list[tuple[str, str, str, bytes]], created: datetime
) -> bytes:
    """Lay out trusted HTML and embed (name, description, relationship, bytes) files.

    The same arguments give the same bytes. Attachments named by the HTML itself are
    dropped: only what our code hands over is embedded.
    """
    document = HTML(string=html, url_fetcher=_FETCHER).render(
        font_config=_FONTS, stylesheets=[_STYLE], pdf_variant="pdf/a-3a"
    )
    document.metadata.attachments = [
        Attachment(
            string=content,
            name=name,
            description=description,
            relationship=relationship,
            url_fetcher=_FETCHER,
            created=created,
            modified=created,
        )
        for name, description, relationship, content in attachments
    ]
    document.metadata.created = document.metadata.modified = created.strftime("%Y-%m-%dT%H:%M:%SZ")
    target = io.BytesIO()
    document.write_pdf(target, finisher=_add_pdf_ua, pdf_variant="pdf/a-3a", pdf_tags=True)
    return pack(target.getvalue())


def _add_pdf_ua(_document: Any, pdf: Any) -> None:
    number = int(pdf.catalog["Metadata"].split()[0])
    metadata = pdf.objects[number]
    metadata.compress = False
    content = b"".join(bytes(part) for part in metadata.stream)
    head, end, tail = content.rpartition(b"</rdf:RDF>")
    if not end:
        raise ValueError("WeasyPrint wrote metadata without RDF")
    metadata.stream = [head + _PDF_UA + end + tail]


# The first document of a process costs twice the CPU of the next: typefaces are opened, late
# imports made, tables of the library filled. A page of our own with every part of a document on
# it is printed here, in the forge, so that no child that it forks begins cold.
print_pdf(
    Path(__file__).with_name("warming.html").read_text(encoding="utf-8"),
    [("prova.json", "Prova", "Data", b"{}")],
    datetime(2026, 1, 1, tzinfo=UTC),
)
