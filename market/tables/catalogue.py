"""Producers, what a centre agreed with them, and their price lists."""

from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

import ledger.tables  # noqa: F401 (what is owed to a producer lives downhill)
from kit import files
from kit.db import Base, Big, Id, Instant
from kit.ordering import key_of
from market.tables.terms import ProductTerms


class Producer(Base):
    """A farm or workshop, known once whichever centres buy from it.

    What stands here is read by all of them; how one of them reaches it stands in its agreement.
    """

    __tablename__ = "producer"
    __table_args__ = (
        CheckConstraint("btrim(name) <> ''", name="name"),
        Index("ix_producer_vat_number", "vat_number"),
        Index("ix_producer_tax_code", "tax_code"),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(collation="C"), unique=True)
    name: Mapped[str]
    name_order: Mapped[str] = key_of("name")
    vat_number: Mapped[str | None]
    tax_code: Mapped[str | None]
    owner_centre_id: Mapped[Big | None] = mapped_column(ForeignKey("centre.id"))
    """Who alone corrects this row: a centre that buys, while one does (`producer_owners`)."""
    website: Mapped[str | None]
    municipality: Mapped[str | None]
    """ISTAT code, where it is in the province (people.places)."""
    street: Mapped[str] = mapped_column(server_default="")
    locality: Mapped[str] = mapped_column(server_default="")
    zip_code: Mapped[str] = mapped_column(server_default="")
    story: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[Instant]


class Agreement(Base):
    """What one centre agreed with one producer; what it owes him has its own account."""

    __tablename__ = "agreement"
    __table_args__ = (CheckConstraint("minimum_cents >= 0", name="minimum"),)

    centre_id: Mapped[Big] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    producer_id: Mapped[Big] = mapped_column(ForeignKey("producer.id"), primary_key=True)
    payable_account_id: Mapped[Big] = mapped_column(ForeignKey("account.id"))
    minimum_cents: Mapped[Big] = mapped_column(server_default="0")
    """What the producer wants a group order to reach; proposed when one is opened."""
    text: Mapped[str] = mapped_column(server_default="")
    email: Mapped[str | None]
    """Where this centre's orders go. Nobody else's business, and nobody else's to change."""
    phone: Mapped[str | None]
    active: Mapped[bool] = mapped_column(server_default="true")
    created_at: Mapped[Instant]


class ProducerChange(Base):
    """What was changed of a producer for all centres: read by each of them, never changed."""

    __tablename__ = "producer_change"
    __table_args__ = (
        Index("ix_producer_change_producer_id", "producer_id"),
        {"info": {"grants": "SELECT, INSERT"}},
    )

    id: Mapped[Id]
    producer_id: Mapped[Big] = mapped_column(ForeignKey("producer.id"))
    centre_id: Mapped[Big] = mapped_column(ForeignKey("centre.id"))
    """Whose it was when it was changed."""
    who: Mapped[str]
    """The name of who changed it, as it was then."""
    at: Mapped[Instant]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]


class PriceList(Base):
    """A producer's list as one centre keeps it."""

    __tablename__ = "price_list"
    __table_args__ = (
        ForeignKeyConstraint(
            ["centre_id", "producer_id"], ["agreement.centre_id", "agreement.producer_id"]
        ),
        UniqueConstraint("centre_id", "producer_id", "name"),
    )

    id: Mapped[Id]
    centre_id: Mapped[Big]
    producer_id: Mapped[Big]
    name: Mapped[str]
    source_date: Mapped[str | None]
    """The creation date the last imported file gave itself, as written there."""
    version: Mapped[int] = mapped_column(server_default="1")
    """Grows with every change, so that a preview knows whether it is still true."""
    created_at: Mapped[Instant]
    updated_at: Mapped[Instant]


class Product(ProductTerms, Base):
    """One line of a price list.

    A product without a price, inactive or gone from the list is kept but not orderable.
    """

    __tablename__ = "product"
    __table_args__ = (
        CheckConstraint("btrim(name) <> ''", name="name"),
        CheckConstraint("unit IN ('piece', 'g', 'ml')", name="unit"),
        CheckConstraint("price_micros >= 0 AND price_quantity > 0", name="price"),
        CheckConstraint("case_size >= 0", name="case_size"),
        CheckConstraint("NOT whole_cases OR case_size > 0", name="whole_cases"),
        CheckConstraint("step > 0 AND minimum >= 0", name="step"),
        CheckConstraint("maximum >= minimum AND maximum > 0", name="maximum"),
        CheckConstraint("available > 0", name="available"),
        CheckConstraint("vat_rate BETWEEN 0 AND 10000", name="vat_rate"),
        CheckConstraint("unit_weight_g > 0", name="unit_weight"),
        Index("ix_product_price_list_id", "price_list_id", "position"),
        # Checked at the end of a statement, so that an import may swap two names.
        UniqueConstraint("price_list_id", "name_key", deferrable=True, initially="IMMEDIATE"),
    )

    id: Mapped[Id]
    price_list_id: Mapped[Big] = mapped_column(ForeignKey("price_list.id"))
    position: Mapped[int]
    name_key: Mapped[str]
    """The normalised name by which an import finds the product again."""
    price_quantity: Mapped[Big] = mapped_column(server_default="1")
    active: Mapped[bool] = mapped_column(server_default="true")
    gone_at: Mapped[Instant | None]
    """Since when the producer's list no longer names it."""
    orderable: Mapped[bool] = mapped_column(
        Computed("active AND gone_at IS NULL AND price_micros > 0", persisted=True)
    )


class PriceListImport(Base):
    """One supplier's list of a file somebody brought, from its preview until its end.

    A large one waits for a job to read it (`waiting`) and to apply it (`applying`).
    """

    __tablename__ = "price_list_import"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'previewed', 'applying', 'applied', 'dropped', 'failed')",
            name="state",
        ),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        Index("ix_price_list_import_centre_id", "centre_id"),
    )

    id: Mapped[Id]
    centre_id: Mapped[Big] = mapped_column(ForeignKey("centre.id"))
    price_list_id: Mapped[Big | None] = mapped_column(ForeignKey("price_list.id"))
    price_list_version: Mapped[int | None]
    """The version the preview was computed against."""
    producer_id: Mapped[Big | None] = mapped_column(ForeignKey("producer.id"))
    """None while the file's producer is not known yet; applying makes it."""
    block: Mapped[int] = mapped_column(server_default="1")
    """Which supplier of the file this is, counted from 1."""
    filename: Mapped[str]
    sha256: Mapped[str] = mapped_column(info=files.NAMED)
    state: Mapped[str] = mapped_column(server_default="previewed")
    progress: Mapped[int] = mapped_column(server_default="0")
    facts: Mapped[dict[str, Any]]
    """Supplier, counts and problems of the preview; why it failed."""
    created_by: Mapped[Big | None]
    created_at: Mapped[Instant]
    applied_at: Mapped[Instant | None]


class PriceListImportLine(Base):
    """One product of a preview: what it is now, what it becomes. Inserted, never changed.

    Applying writes `terms` into the product, so that exactly what was seen is done; the
    lines of an applied import are its record of before and after.
    """

    __tablename__ = "price_list_import_line"
    __table_args__ = (
        CheckConstraint("kind IN ('new', 'changed', 'same', 'gone')", name="kind"),
        CheckConstraint("(kind = 'new') = (product_id IS NULL)", name="product"),
        {"info": {"grants": "SELECT, INSERT"}},
    )

    import_id: Mapped[Big] = mapped_column(ForeignKey("price_list_import.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    product_id: Mapped[Big | None] = mapped_column(ForeignKey("product.id"))
    name: Mapped[str]
    matched_by: Mapped[str] = mapped_column(server_default="")
    price_change: Mapped[int | None]
    """Thousandths of the old price."""
    look_twice: Mapped[bool] = mapped_column(server_default="false")
    orderable: Mapped[bool]
    terms: Mapped[dict[str, Any]]
    """Columns of the product as they will be."""
    changes: Mapped[dict[str, Any]]
    """Field to its value before and after."""
    notes: Mapped[list[Any]]
    """Sentences of the reader: text and values."""
