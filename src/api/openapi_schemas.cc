#include "api/openapi.h"

namespace plantain::api {
namespace {

// What answers look like. Clients must ignore members they do not know, so none of these closes
// its object.
constexpr std::string_view kSchemas = R"json({
  "Problem": {
    "type": "object",
    "required": ["error_code", "error_message", "message", "type", "title", "status", "detail", "retryable"],
    "properties": {
      "error_code": {"type": "integer"}, "error_message": {"type": "string"}, "message": {"type": "string"},
      "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
      "detail": {"type": "string"}, "retryable": {"type": "boolean"},
      "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}}
    }
  },
  "Fault": {
    "type": "object",
    "required": ["pointer", "rule", "message"],
    "properties": {"pointer": {"type": "string"}, "rule": {"type": "string"}, "limit": true, "message": {"type": "string"}}
  },
  "Submitted": {
    "type": "object",
    "description": "The request's addresses; with Prefer: wait the result, with dry_run what it would do.",
    "properties": {
      "request_id": {"type": "string", "format": "uuid"},
      "status_url": {"type": "string", "format": "uri"}, "result_url": {"type": "string", "format": "uri"},
      "cancel_url": {"type": "string", "format": "uri"}
    }
  },
  "Status": {
    "type": "object",
    "required": ["request_id", "status", "status_url", "result_url", "cancel_url", "events_url", "created_at"],
    "properties": {
      "request_id": {"type": "string", "format": "uuid"},
      "status": {"enum": ["in_queue", "in_progress", "completed", "cancelled"]},
      "outcome": {"enum": ["succeeded", "failed"]},
      "queue_position": {"type": "integer", "minimum": 0},
      "progress": {
        "type": "object",
        "properties": {"stage": {"type": "string"}, "step": {"type": "integer"}, "steps": {"type": "integer"},
                       "percent": {"type": "integer", "minimum": 0, "maximum": 99}}
      },
      "error": {"$ref": "#/components/schemas/Problem"},
      "status_url": {"type": "string", "format": "uri"}, "result_url": {"type": "string", "format": "uri"},
      "cancel_url": {"type": "string", "format": "uri"}, "events_url": {"type": "string", "format": "uri"},
      "created_at": {"type": "string", "format": "date-time"}, "started_at": {"type": "string", "format": "date-time"},
      "finished_at": {"type": "string", "format": "date-time"},
      "estimated_start_at": {"type": "string", "format": "date-time"},
      "estimated_finish_at": {"type": "string", "format": "date-time"}, "attempt": {"type": "integer"}
    }
  },
  "Result": {
    "type": "object",
    "required": ["request_id", "status"],
    "properties": {
      "request_id": {"type": "string", "format": "uuid"},
      "status": {"enum": ["in_queue", "in_progress", "succeeded", "failed", "cancelled"]},
      "model_id": {"type": "string"},
      "output": {
        "type": "object",
        "properties": {
          "image": {"type": "string", "format": "uri"}, "video": {"type": "string", "format": "uri"},
          "images": {"type": "array", "items": {"type": "string", "format": "uri"}},
          "videos": {"type": "array", "items": {"type": "string", "format": "uri"}}
        }
      },
      "error": {"$ref": "#/components/schemas/Problem"},
      "created_at": {"type": "string", "format": "date-time"}, "started_at": {"type": "string", "format": "date-time"},
      "finished_at": {"type": "string", "format": "date-time"}, "metadata": {"type": "object"}, "cost": {"type": "number"}
    }
  },
  "Request": {"allOf": [{"$ref": "#/components/schemas/Status"}, {"type": "object", "required": ["input", "result"]}]},
  "RequestList": {
    "type": "object",
    "required": ["requests", "next_cursor"],
    "properties": {
      "requests": {"type": "array", "items": {"$ref": "#/components/schemas/Status"}},
      "next_cursor": {"type": ["string", "null"]}
    }
  },
  "Cancelled": {
    "type": "object",
    "required": ["request_id", "status", "outcome"],
    "properties": {
      "request_id": {"type": "string", "format": "uuid"},
      "status": {"enum": ["in_queue", "in_progress", "completed", "cancelled"]},
      "outcome": {"enum": ["cancelled", "not_cancellable"]}
    }
  },
  "CancelledList": {
    "type": "object",
    "required": ["requests"],
    "properties": {"requests": {"type": "array", "items": {"$ref": "#/components/schemas/Cancelled"}}}
  },
  "CancelFilter": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "model_id": {"type": "string"}, "status": {"enum": ["in_queue", "in_progress", "completed", "cancelled"]},
      "tags": {"type": "array", "items": {"type": "string"}}
    }
  },
  "Model": {
    "type": "object",
    "required": ["model_id", "display_name", "description", "categories", "kind", "base_price_usd", "price_unit",
                 "inputs", "required_inputs", "available"],
    "properties": {
      "model_id": {"type": "string"}, "display_name": {"type": "string"}, "description": {"type": "string"},
      "categories": {"type": "array", "items": {"type": "string"}}, "kind": {"type": "string"},
      "base_price_usd": {"type": "number"}, "price_unit": {"enum": ["output", "second"]},
      "pricing_note": {"type": "string"}, "model_url": {"type": "string", "format": "uri"},
      "inputs": {"type": "array", "items": {"type": "string"}},
      "required_inputs": {"type": "array", "items": {"type": "string"}},
      "input_schema": {"type": "object"}, "output_schema": {"type": "object"},
      "available": {"type": "boolean"}, "unavailable_because": {"type": "string"}
    }
  },
  "ModelList": {
    "type": "object",
    "required": ["models", "total", "limit", "offset"],
    "properties": {
      "models": {"type": "array", "items": {"$ref": "#/components/schemas/Model"}},
      "total": {"type": "integer"}, "limit": {"type": "integer"}, "offset": {"type": "integer"}
    }
  },
  "Categories": {
    "type": "object",
    "required": ["categories"],
    "properties": {"categories": {"type": "array", "items": {"type": "string"}}}
  },
  "Key": {
    "type": "object",
    "required": ["key_id", "name", "role", "hint", "created_at"],
    "properties": {
      "key_id": {"type": "string", "format": "uuid"}, "name": {"type": "string"},
      "role": {"enum": ["user", "admin", "worker"]}, "hint": {"type": "string"},
      "priority": {"enum": ["low", "normal", "high"]}, "limits": {"$ref": "#/components/schemas/Limits"},
      "created_at": {"type": "string", "format": "date-time"}, "expires_at": {"type": ["string", "null"]}, "last_used_at": {"type": ["string", "null"]},
      "revoked_at": {"type": ["string", "null"]}
    }
  },
  "NewKey": {"allOf": [{"$ref": "#/components/schemas/Key"},
                       {"type": "object", "required": ["key"], "properties": {"key": {"type": "string"}}}]},
  "KeyList": {
    "type": "object",
    "required": ["keys"],
    "properties": {"keys": {"type": "array", "items": {"$ref": "#/components/schemas/Key"}}}
  },
  "KeyWish": {
    "type": "object",
    "required": ["name"],
    "additionalProperties": false,
    "properties": {
      "name": {"type": "string", "minLength": 1, "maxLength": 100},
      "role": {"enum": ["user", "admin", "worker"]}, "priority": {"enum": ["low", "normal", "high"]},
      "limits": {"$ref": "#/components/schemas/Limits"},
      "expires_at": {
        "type": ["string", "null"], "description": "RFC 3339 in UTC, in the future",
        "pattern": "^2[1-9][0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$"
      }
    }
  },
  "Session": {
    "type": "object",
    "required": ["account", "key", "role", "expires_at", "csrf_token"],
    "properties": {
      "account": {"type": "object", "required": ["account_id", "name"]},
      "key": {"type": "object", "required": ["key_id", "name"]},
      "role": {"enum": ["user", "admin"]},
      "expires_at": {"type": ["string", "null"]},
      "csrf_token": {"type": ["string", "null"], "description": "For X-CSRF-Token; null when the call came with a key"}
    }
  },
  "SignIn": {
    "oneOf": [
      {"type": "object", "required": ["key"], "additionalProperties": false, "properties": {"key": {"type": "string"}}},
      {"type": "object", "required": ["token"], "additionalProperties": false, "properties": {"token": {"type": "string"}}}
    ]
  },
  "SignInToken": {
    "type": "object",
    "required": ["token", "url", "expires_at"],
    "properties": {
      "token": {"type": "string"}, "url": {"type": "string", "format": "uri"},
      "expires_at": {"type": "string", "format": "date-time"}
    }
  },
  "Limits": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "submits_per_minute": {"type": ["integer", "null"], "minimum": 0, "maximum": 1000000000},
      "reads_per_minute": {"type": ["integer", "null"], "minimum": 0, "maximum": 1000000000},
      "queued": {"type": ["integer", "null"], "minimum": 0, "maximum": 1000000000},
      "running": {"type": ["integer", "null"], "minimum": 0, "maximum": 1000000000},
      "spend_per_day_usd": {"type": ["number", "null"], "minimum": 0, "maximum": 1000000000},
      "spend_per_month_usd": {"type": ["number", "null"], "minimum": 0, "maximum": 1000000000}
    }
  },
  "Account": {
    "type": "object",
    "required": ["account_id", "name", "created_at", "disabled_at", "prepaid", "retention_s", "quota_bytes", "limits",
                 "balance_usd", "queued", "running", "reserved_usd", "spent_today_usd", "spent_this_month_usd"],
    "properties": {
      "account_id": {"type": "string", "format": "uuid"}, "name": {"type": "string"},
      "created_at": {"type": "string", "format": "date-time"}, "disabled_at": {"type": ["string", "null"]},
      "prepaid": {"type": "boolean"},
      "retention_s": {"type": ["integer", "null"], "description": "null: the server's; -1: for ever"},
      "quota_bytes": {"type": ["integer", "null"]}, "limits": {"$ref": "#/components/schemas/Limits"},
      "balance_usd": {"type": "number"}, "queued": {"type": "integer"}, "running": {"type": "integer"},
      "reserved_usd": {"type": "number"}, "spent_today_usd": {"type": "number"},
      "spent_this_month_usd": {"type": "number"}
    }
  },
  "OwnAccount": {"allOf": [{"$ref": "#/components/schemas/Account"},
                           {"type": "object", "required": ["role", "key"]}]},
  "AccountList": {
    "type": "object",
    "required": ["accounts"],
    "properties": {"accounts": {"type": "array", "items": {"$ref": "#/components/schemas/Account"}}}
  },
  "AccountChange": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "name": {"type": "string", "minLength": 1, "maxLength": 100}, "prepaid": {"type": "boolean"},
      "disabled": {"type": "boolean"}, "limits": {"$ref": "#/components/schemas/Limits"},
      "retention_s": {"type": ["integer", "null"], "minimum": -1, "maximum": 3153600000},
      "quota_bytes": {"type": ["integer", "null"], "minimum": 0, "maximum": 1125899906842624}
    }
  },
  "NewAccount": {
    "type": "object",
    "required": ["name"],
    "additionalProperties": false,
    "properties": {
      "name": {"type": "string", "minLength": 1, "maxLength": 100}, "prepaid": {"type": "boolean"},
      "disabled": {"type": "boolean"}, "limits": {"$ref": "#/components/schemas/Limits"},
      "retention_s": {"type": ["integer", "null"], "minimum": -1, "maximum": 3153600000},
      "quota_bytes": {"type": ["integer", "null"], "minimum": 0, "maximum": 1125899906842624}
    }
  },
  "Balance": {
    "type": "object",
    "required": ["balance_usd", "balance_microdollars", "currency"],
    "properties": {"balance_usd": {"type": "number"}, "balance_microdollars": {"type": "integer"},
                   "currency": {"const": "USD"}}
  },
  "Credit": {
    "type": "object",
    "required": ["amount_usd", "note", "reference", "at"],
    "properties": {"amount_usd": {"type": "number"}, "note": {"type": "string"},
                   "reference": {"type": ["string", "null"]}, "at": {"type": "string", "format": "date-time"}}
  },
  "Credited": {"allOf": [{"$ref": "#/components/schemas/Credit"},
                         {"type": "object", "required": ["balance_usd"],
                          "properties": {"balance_usd": {"type": "number"}}}]},
  "CreditList": {
    "type": "object",
    "required": ["credits"],
    "properties": {"credits": {"type": "array", "items": {"$ref": "#/components/schemas/Credit"}}}
  },
  "NewCredit": {
    "type": "object",
    "required": ["amount_usd"],
    "additionalProperties": false,
    "properties": {
      "amount_usd": {"type": "number", "minimum": -1000000000, "maximum": 1000000000, "not": {"const": 0}},
      "note": {"type": "string", "maxLength": 500},
      "reference": {"type": "string", "minLength": 1, "maxLength": 100,
                    "description": "The payer's; an account is credited once for each"}
    }
  },
  "Usage": {
    "type": "object",
    "required": ["from", "to", "group_by", "usage"],
    "properties": {
      "from": {"type": "string"}, "to": {"type": "string"}, "group_by": {"enum": ["day", "model", "key", "tag"]},
      "usage": {
        "type": "array",
        "items": {
          "type": "object",
          "required": ["group", "requests", "succeeded", "failed", "cancelled", "pictures", "cost_usd",
                       "provider_cost_usd"]
        }
      }
    }
  },
  "AuditList": {
    "type": "object",
    "required": ["entries", "next_cursor"],
    "properties": {
      "entries": {
        "type": "array",
        "items": {"type": "object", "required": ["at", "account_id", "key_id", "action", "subject", "detail"]}
      },
      "next_cursor": {"type": ["string", "null"]}
    }
  },
  "File": {
    "type": "object",
    "required": ["file_id", "url", "bytes", "sha256", "content_type", "width", "height", "created_at"],
    "properties": {
      "file_id": {"type": "string", "format": "uuid"}, "url": {"type": "string", "format": "uri"},
      "bytes": {"type": "integer"}, "sha256": {"type": "string"}, "content_type": {"type": "string"},
      "width": {"type": "integer"}, "height": {"type": "integer"},
      "created_at": {"type": "string", "format": "date-time"}
    }
  },
  "FileList": {
    "type": "object",
    "required": ["files", "next_cursor", "bytes_used", "bytes_quota"],
    "properties": {
      "files": {"type": "array", "items": {"$ref": "#/components/schemas/File"}},
      "next_cursor": {"type": ["string", "null"]},
      "bytes_used": {"type": "integer"}, "bytes_quota": {"type": "integer"}
    }
  },
  "WebhookSecret": {
    "type": "object",
    "required": ["secret", "previous_valid_until"],
    "properties": {"secret": {"type": "string"}, "previous_valid_until": {"type": ["string", "null"]}}
  },
  "WebhookKeys": {
    "type": "object",
    "required": ["keys"],
    "properties": {"keys": {"type": "array", "items": {"type": "object", "required": ["algorithm", "public_key"]}}}
  },
  "Delivery": {
    "type": "object",
    "required": ["delivery_id", "request_id", "status", "outcome", "tries", "created_at"],
    "properties": {
      "delivery_id": {"type": "string"}, "request_id": {"type": "string", "format": "uuid"},
      "url": {"type": "string"}, "status": {"enum": ["in_queue", "in_progress", "completed", "cancelled"]},
      "outcome": {"enum": ["due", "delivered", "given_up"]}, "tries": {"type": "integer"},
      "last_answer": {"type": ["integer", "null"]}, "last_fault": {"type": ["string", "null"]},
      "created_at": {"type": "string", "format": "date-time"}, "next_try_at": {"type": ["string", "null"]},
      "ended_at": {"type": ["string", "null"]}
    }
  },
  "DeliveryList": {
    "type": "object",
    "required": ["deliveries", "next_cursor"],
    "properties": {
      "deliveries": {"type": "array", "items": {"$ref": "#/components/schemas/Delivery"}},
      "next_cursor": {"type": ["string", "null"]}
    }
  },
  "Health": {"type": "object", "required": ["status"], "properties": {"status": {"type": "string"}}},
  "PublicStatus": {
    "type": "object",
    "required": ["status", "models"],
    "properties": {
      "status": {"enum": ["ok", "draining"]},
      "models": {
        "type": "array",
        "items": {
          "type": "object",
          "required": ["model_id", "available", "days"],
          "properties": {
            "model_id": {"type": "string"}, "available": {"type": "boolean"},
            "days": {
              "type": "array",
              "items": {
                "type": "object",
                "required": ["day", "available", "succeeded", "failed"],
                "properties": {
                  "day": {"type": "string", "format": "date"},
                  "available": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
                  "succeeded": {"type": "integer"}, "failed": {"type": "integer"}
                }
              }
            }
          }
        }
      }
    }
  },
  "System": {"type": "object", "required": ["version", "workers", "queues"]},
  "Document": {"type": "object", "required": ["openapi", "paths"]}
})json";

}  // namespace

const JsonObject& answer_schemas() {
  static const Json schemas = [] {
    Result<Json> value = parse_json(kSchemas);
    CHECK(value.ok());
    return std::move(*value);
  }();
  return schemas.get_object();
}

}  // namespace plantain::api
