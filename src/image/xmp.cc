// The XMP packet: where a picture comes from, in the vocabulary that the IPTC agreed on.
#include "base/text.h"
#include "image/codec.h"

namespace plantain::image {

namespace {

constexpr std::string_view kTerms = "http://cv.iptc.org/newscodes/digitalsourcetype/";

// The magic of `id` is fixed by the XMP specification; it names nothing of ours.
constexpr std::string_view kBegin =
    "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
    "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
    " <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
    "  <rdf:Description rdf:about=\"\"\n"
    "    xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\"\n"
    "    xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\"\n"
    "    xmlns:plantain=\"urn:plantain:provenance/\">\n";
constexpr std::string_view kEnd =
    "  </rdf:Description>\n"
    " </rdf:RDF>\n"
    "</x:xmpmeta>\n"
    "<?xpacket end=\"r\"?>";

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// A code point that XML 1.0 can hold at all, escaped or not.
bool is_xml(char32_t c) {
  return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c != 0xFFFE && c != 0xFFFF);
}

void append_escaped(std::string& out, char32_t c) {
  switch (c) {
    case '&':
      out += "&amp;";
      return;
    case '<':
      out += "&lt;";
      return;
    case '>':
      out += "&gt;";
      return;
    case '"':
      out += "&quot;";
      return;
    case '\r':
      out += "&#13;";
      return;  // a reader would turn a bare one into a line feed
    default:
      out += is_xml(c) ? to_utf8(c) : std::string(kReplacement);
  }
}

// What XML or UTF-8 cannot hold becomes U+FFFD: the packet stays readable whatever a name holds.
std::string escape(std::string_view text) {
  std::string out;
  if (is_utf8(text)) {
    for (const char32_t c : to_code_points(text)) append_escaped(out, c);
  } else {
    for (const char c : text) {
      const auto byte = static_cast<uint8_t>(c);
      append_escaped(out, byte < 0x80 ? char32_t{byte} : char32_t{0xFFFD});
    }
  }
  return out;
}

std::string element(std::string_view name, std::string_view value) {
  return concat("   <", name, ">", escape(value), "</", name, ">\n");
}

}  // namespace

std::string xmp_packet(const Provenance& provenance) {
  std::string out(kBegin);
  if (!provenance.digital_source_type.empty()) {
    out += element("Iptc4xmpExt:DigitalSourceType", concat(kTerms, provenance.digital_source_type));
  }
  out += element("xmp:CreatorTool", "Plantain");
  if (!provenance.engine.empty()) out += element("plantain:engine", provenance.engine);
  if (!provenance.weights.empty()) out += element("plantain:weights", provenance.weights);
  out += element("plantain:seed", concat(provenance.seed));
  out += kEnd;
  return out;
}

}  // namespace plantain::image
