"""How does the certificate of a draw become a PDF?"""

from jobs.pdf.paper.drawing import draw
from jobs.pdf.paper.letterhead import PLAIN, Stationery
from models.rules.sampling.sample_certificate_paper import certificate_paper
from models.rules.sampling.sample_certificate_report import CertificateReport


def build(report: CertificateReport, stationery: Stationery = PLAIN) -> bytes:
    """The certificate as a tagged PDF on A4; equal facts give equal bytes.

    Reads no clock, no database, no network.
    """
    return draw(certificate_paper(report), stationery)
