"""moto's server, its CloudFormation taught what our templates need. Usage: moto_server's own."""

import sys
from typing import Callable

from moto.cloudformation import parsing
from moto.cloudformation.models import ChangeSet
from moto.core.common_models import CloudFormationModel
from moto.server import main

from resources import MAKERS, NOTED, Made, Properties, Region, noted


def model_of(cfn_type: str, make: Callable[[Region, Properties], Made]) -> None:
    """Register a resource type with moto's CloudFormation; ours win over moto's own."""

    class Model(CloudFormationModel):
        __module__ = "moto.cloudformation.models"  # moto files classes by where they are from

        def __init__(self, made: Made):
            self.made = made
            self.physical_resource_id = made.physical_id

        @staticmethod
        def cloudformation_name_type() -> str:
            return ""

        @staticmethod
        def cloudformation_type() -> str:
            return cfn_type

        @classmethod
        def has_cfn_attr(cls, attr: str) -> bool:
            return True

        @classmethod
        def create_from_cloudformation_json(cls, name, resource, account_id, region_name, **_):
            return cls(make(Region(account_id, region_name, name.lower()), resource["Properties"]))

        @classmethod
        def update_from_cloudformation_json(cls, original_resource, *_, **__):
            raise NotImplementedError(f"an update of {cfn_type}")

        def delete(self, _account_id: str, _region_name: str) -> None:
            self.made.delete()

        def get_cfn_attribute(self, name: str) -> str:
            return self.made.attributes[name]

        def is_created(self) -> bool:
            return True

    models.append(Model)


def create_dependencies_first() -> None:
    """moto makes what a reference leads to at once, and forgets that it may depend on more."""
    create = parsing.parse_and_create_resource

    def create_in_order(logical_id, resource, resources, **region):
        dependencies = resource.get("DependsOn", [])
        for name in [dependencies] if isinstance(dependencies, str) else dependencies:
            resources[name]
        return create(logical_id, resource, resources, **region)

    parsing.parse_and_create_resource = create_in_order


def delete_dependents_first() -> None:
    """moto deletes in any order, and gives up on what has lost what it belongs to."""

    def delete_in_reverse(resources: parsing.ResourceMap) -> None:
        for name, resource in reversed(list(resources._parsed_resources.items())):
            definition = resources._resource_json_map.get(name)
            if definition is not None and definition.get("DeletionPolicy") != "Retain":
                resources._delete_resource(resource, definition)
                resources._parsed_resources.pop(name)

    parsing.ResourceMap.delete = delete_in_reverse


def keep_outputs() -> None:
    """moto computes a stack's outputs when it makes the stack, and not when a change set is applied."""
    apply = ChangeSet.apply

    def apply_and_keep(change_set: ChangeSet) -> None:
        apply(change_set)
        stack = change_set.stack
        stack.output_map = parsing.OutputMap(
            stack.resource_map, change_set.template_dict, stack.stack_id
        )

    ChangeSet.apply = apply_and_keep


models: list[type[CloudFormationModel]] = []  # moto finds subclasses; they must not be collected

if __name__ == "__main__":
    create_dependencies_first()
    delete_dependents_first()
    keep_outputs()
    for cfn_type, make in {**MAKERS, **dict.fromkeys(NOTED, noted)}.items():
        model_of(cfn_type, make)
    for model in models:
        parsing.get_model_map()[model.cloudformation_type()] = model
    main(sys.argv[1:])
